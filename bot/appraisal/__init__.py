"""Whether a candidate may answer: what it understands, compared with the live model on texts that neither has learned."""
