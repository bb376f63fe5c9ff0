"""Recado: the desk where a business answers its WhatsApp."""
