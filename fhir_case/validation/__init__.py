"""From a profile to its plan, from the plan to functions, and from those to issues."""
