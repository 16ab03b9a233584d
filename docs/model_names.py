"""Makes the list of model names that completion offers from LiteLLM's price list."""


def model_names() -> str:
    """Return each name as ``--model`` takes it, one a line, sorted."""
    from hello_llm.prices.price_list import read_rows
    from hello_llm.prices.row_names import keys_by_name

    return "".join(f"{name}\n" for name in sorted(keys_by_name(read_rows())))
