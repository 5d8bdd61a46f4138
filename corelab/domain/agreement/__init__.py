"""How far readers agree, and how blind they were: figures with intervals by subject. The one part of the domain with numpy."""
