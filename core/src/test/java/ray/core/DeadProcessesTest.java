package ray.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who is remembered to be gone, and for how long. */
class DeadProcessesTest {
  private static final int REMEMBERED = 10_000;

  private final DeadProcesses dead = new DeadProcesses();

  private void die(int from, int to) {
    for (int process = from; process <= to; process++) {
      dead.add(process);
    }
  }

  @Test
  void whoDiedIsRemembered() {
    dead.add(7);

    assertThat(dead.contains(7)).isTrue();
    assertThat(dead.contains(8)).isFalse();
  }

  @Test
  void ofManyTheFirstIsForgottenWhenOneMoreDies() {
    die(1, REMEMBERED);
    assertThat(dead.contains(1)).isTrue();

    die(REMEMBERED + 1, REMEMBERED + 1);

    assertThat(dead.contains(1)).isFalse();
    assertThat(dead.contains(2)).isTrue();
    assertThat(dead.contains(REMEMBERED + 1)).isTrue();
  }

  @Test
  void whoIsHeardToBeDeadTwiceTakesNobodysPlace() {
    die(1, REMEMBERED);

    die(REMEMBERED, REMEMBERED);

    assertThat(dead.contains(1)).isTrue();
  }
}
