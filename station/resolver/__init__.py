"""The resolver: which return orders a parcel that nobody announced may belong to, and why."""
