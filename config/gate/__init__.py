"""What stands between the network and Django: bodies are received, requests queued or refused, without a thread of their own."""
