"""A benchmark a file: what it measures, and how it makes sure of the answers first."""
