"""Web Push: attendants whose browser shows no tab of ours are called through its maker's push service."""
