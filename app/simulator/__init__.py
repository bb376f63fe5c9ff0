"""WhatsApp's Graph API and Claude's Messages API, played over real HTTP for development and tests."""
