"""How reading goes, for coordinators only: agreement of readers, cases, readers one by one. Pure; every figure knows what it counted."""
