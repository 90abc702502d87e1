"""How alike people grade: second looks that do not see the first, and what they say of graders, rules and questions."""
