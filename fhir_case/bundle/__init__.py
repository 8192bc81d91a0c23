"""From items to bundles and back: identities, references, order; transaction, collection, IPS document."""
