package ray.core;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What must hold is checked, whether or not the JVM's assertions are on. */
class InvariantTest {
  @Test
  void saysWhatDoesNotHoldAndOfWhat() {
    Invariant.check(true, "a task ends once", "f 1-2");
    Invariant.notNegative(0, "pins", "object 7");

    assertThatThrownBy(() -> Invariant.check(false, "a task ends once", "f 1-2"))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessage("broken invariant: a task ends once: f 1-2");
    assertThatThrownBy(() -> Invariant.notNegative(-1, "pins", "object 7"))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessage("broken invariant: pins must not be negative, and is -1: object 7");
  }
}
