"""From matches to messages: deciding, routing, composing and sending alerts."""
