"""The pages that look after the service: sources, routes and receivers, deliveries, silences, status, settings."""
