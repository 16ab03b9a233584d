"""The rules that the code keeps, as functions over its syntax, and the tests that apply them."""
