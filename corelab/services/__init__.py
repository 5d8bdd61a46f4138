"""What people do: each public function is one thing a person does, in one transaction."""
