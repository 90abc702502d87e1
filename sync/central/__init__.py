"""The central service: takes facts from benches, serves expected returns."""
