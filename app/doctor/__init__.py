"""`python -m app doctor`: looks whether everything that the desk stands on is as it must be, and changes nothing."""
