"""What customers say in voice messages, written down: by a server, or by a model inside this process."""
