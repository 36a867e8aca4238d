package ray.simulator;

/** A rule was broken. */
public final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Rule rule;

  Violation(Rule rule, String what) {
    super(what);
    this.rule = rule;
  }

  Violation(Rule rule, Throwable cause) {
    super(String.valueOf(cause), cause);
    this.rule = rule;
  }

  /** Which. */
  public Rule rule() {
    return rule;
  }
}
