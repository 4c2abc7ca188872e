"""Reads a Rasa-format project: domain, nlu, rules, responses, config, test stories."""
