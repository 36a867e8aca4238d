package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The command line of {@code ray simulate}. */
class SimulateCommandTest {
  @Test
  void aSeedRunsAndTellsHowFarItCame() {
    Outcome outcome = Outcome.of("simulate", "--seed", "1", "--seeds", "5", "--workload", "calm");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("5 seeds", "steps", "seeds from 1 on");
  }

  @Test
  void aTraceTellsEveryStep() {
    Outcome outcome = Outcome.of("simulate", "--seed", "1", "--workload", "calm", "--trace");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).contains("driver1 → node1", "all rules held");
  }

  @Test
  void anUnknownWorkloadIsOneSentenceThatNamesThoseThatThereAre() {
    Outcome outcome = Outcome.of("simulate", "--workload", "nothing");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("there is no workload 'nothing'", "everything", "calm");
  }

  @Test
  void aSeedThatIsNoNumberIsOneSentence() {
    Outcome outcome = Outcome.of("simulate", "--seed", "x");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err().lines().filter(line -> line.contains("--seed"))).hasSize(1);
  }
}
