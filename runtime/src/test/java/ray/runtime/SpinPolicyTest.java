package ray.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpinPolicyTest {
  private static final long SHORT_NS = 100;
  private static final long SPIN_NS = 300;

  private final SpinPolicy policy = new SpinPolicy(SHORT_NS, true);

  private void waits(int count, long ns) {
    for (int i = 0; i < count; i++) {
      policy.patienceNs();
      policy.waited(ns);
    }
  }

  /** How many of the next waits, each so long, are spun for. */
  private long spins(int count, long ns) {
    return IntStream.range(0, count)
        .filter(i -> {
          boolean spins = policy.patienceNs() > 0;
          policy.waited(ns);
          return spins;
        })
        .count();
  }

  @Test
  void shortWaitsAreSpunForUntilOneThatWasWokenCanHaveAnswered() {
    assertThat(policy.patienceNs()).isEqualTo(SPIN_NS);
    waits(100, 10);
    assertThat(policy.patienceNs()).isEqualTo(SPIN_NS);
  }

  @Test
  void onePauseOfTheMachineEndsNothing() {
    waits(100, 10);
    policy.waited(50_000_000);
    assertThat(policy.patienceNs()).isEqualTo(SPIN_NS);
  }

  @Test
  void longWaitsAreNotSpunForAfterAFew() {
    assertThat(spins(1_000, 50_000_000)).isLessThan(5);
  }

  @Test
  void whereBothAreWokenItIsTriedAgainMoreAndMoreSeldom() {
    waits(20, 400);
    assertThat(spins(100, 400)).isBetween(20L, 60L);
    waits(1_000, 400);
    assertThat(spins(720, 400)).isEqualTo(80); // eight in seventy-two
  }

  @Test
  void aTryThatSucceedsBringsTheSpinningBack() {
    waits(2_000, 400);
    for (int i = 0; i < 200; i++) {
      policy.waited(policy.patienceNs() > 0 ? 10 : 400);
    }
    assertThat(spins(100, 10)).isEqualTo(100);
  }

  @Test
  void inOneProcessNothingIsTried() {
    SpinPolicy own = new SpinPolicy(SHORT_NS, false);
    assertThat(own.patienceNs()).isEqualTo(SHORT_NS);
    for (int i = 0; i < 100; i++) {
      own.waited(400);
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(own.patienceNs()).isZero();
      own.waited(400);
    }
  }
}
