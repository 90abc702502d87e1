"""What is printed on paper for people: reports and evidence, as PDF."""
