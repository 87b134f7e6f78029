"""How well messages with known meanings are understood: questions and dialogues, judged."""
