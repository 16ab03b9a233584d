"""``batch --dry-run``: the rows are checked, and what asking them may cost is shown."""

from hello_llm.batch.reading import Rows
from hello_llm.calls.money import Meter, is_paid
from hello_llm.calls.opening import build_request
from hello_llm.cli.commands.batch.asking import Asking
from hello_llm.cli.display import Display
from hello_llm.cli.exits import print_lines
from hello_llm.text.money import dollars


def show_cost(rows: Rows, asking: Asking, meter: Meter, display: Display) -> None:
    """Print how many rows there are, and the most that one call for each may cost; send nothing.

    Raises:
        UsageError: the settings of a row conflict.
    """
    total, unknown, largest, words = 0, 0, -1, ""
    for row in rows:
        settings = asking.settings_of(row)[0]
        if not is_paid(settings):
            continue
        plan = meter.plan(settings, build_request(settings, row.messages))
        if plan.nano_usd is None:
            unknown, words = unknown + 1, plan.words
        else:
            total += plan.nano_usd
            if plan.nano_usd > largest and not unknown:
                largest, words = plan.nano_usd, plan.words
    count = f"{rows.count:,} row{'' if rows.count == 1 else 's'}"
    cost = f"at most {dollars(total)}, not counting retries and fallbacks"
    if unknown:
        cost = f"the cost of {unknown:,} is not known"
    lines = [f"{count}: {cost}"]
    if words:
        lines.append(f"{'because' if unknown else 'the largest'}: {words}")
    print_lines(lines, display)
