"""The keyboard: what can be pressed, with which keys, and each attendant's own choice of them."""
