"""The State's deposit (DECA), played: a process of its own, durable, that misbehaves when asked to."""
