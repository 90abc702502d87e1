"""The handlers of the workflow, one module for each part of the main job."""
