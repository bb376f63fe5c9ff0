"""What tells the meaning of a text as a vector: a model inside this process, a server, or nothing."""
