package ray.benchmarks.soak;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;

/** Programs with actors that are made again when their worker is killed. */
final class ActorPrograms {
  private ActorPrograms() {}

  /**
   * What an account says of itself.
   *
   * @param life which of its lives it is, a random number
   * @param count how many calls this life has had
   * @param sum the sum of what they added
   */
  record Balance(long life, int count, long sum) {}

  /** Sums up what it is given, in order. */
  static final class Account {
    private final long life = new SecureRandom().nextLong();
    private int count;
    private long sum;

    Balance add(long amount) {
      count++;
      sum += amount;
      return new Balance(life, count, sum);
    }
  }

  static void accounts(Trial trial) {
    ActorRef<Account> account = Ray.actor(Account::new).maxRestarts(-1).maxTaskRetries(-1).remote();
    int rounds = trial.upTo(3);
    long lifeBefore = 0;
    boolean killed = false;
    for (int round = 0; round < rounds; round++) {
      List<Long> amounts = trial.random.longs(trial.upTo(30), 0, 1_000).boxed().toList();
      trial.tasks(amounts.size());
      List<ObjectRef<Balance>> refs =
          amounts.stream().map(amount -> account.call(Account::add, amount)).toList();
      Balance before = null;
      for (int i = 0; i < refs.size(); i++) {
        Balance now = trial.get(refs.get(i));
        checkStep(trial, before, now, amounts.get(i), i == 0 && round > 0);
        before = now;
      }
      if (killed && before != null) {
        trial.check("whether a killed actor lives on", false, before.life() == lifeBefore);
      }
      lifeBefore = before == null ? 0 : before.life();
      killed = trial.random.nextBoolean();
      if (killed) {
        account.kill(true);
      }
    }
    account.kill();
  }

  /** Calls of one life follow each other; the first of a life is its first. */
  private static void checkStep(
      Trial trial, @Nullable Balance before, Balance now, long amount, boolean anyLife) {
    if (before != null && before.life() == now.life()) {
      trial.check("the count of calls", before.count() + 1, now.count());
      trial.check("the sum of an account", before.sum() + amount, now.sum());
    } else if (!anyLife) {
      if (before != null) {
        trial.actorDied();
      }
      trial.check("the count of calls in a new life", 1, now.count());
      trial.check("the sum of an account in a new life", amount, now.sum());
    }
  }

  /** Keeps refs for its caller. */
  static final class Keeper {
    private List<ObjectRef<long[]>> kept = List.of();

    int keep(List<ObjectRef<long[]>> refs) {
      kept = List.copyOf(refs);
      return kept.size();
    }

    List<ObjectRef<long[]>> kept() {
      return kept;
    }

    /** Those of another, which it asks. */
    List<ObjectRef<long[]>> keptBy(ActorRef<Keeper> other) {
      return other.call(Keeper::kept).get();
    }
  }

  static void keepers(Trial trial) {
    ActorRef<Keeper> keeper = Ray.actor(Keeper::new).maxRestarts(-1).maxTaskRetries(-1).remote();
    ActorRef<Keeper> other = Ray.actor(Keeper::new).maxRestarts(-1).maxTaskRetries(-1).remote();
    long seed = trial.random.nextLong();
    int count = trial.upTo(6);
    int size = trial.upTo(trial.random.nextInt(4) == 0 ? 40_000 : 400);
    List<ObjectRef<long[]>> refs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      refs.add(Ray.put(TaskPrograms.numbers(seed + i, size)));
    }
    trial.tasks(4);
    trial.check("how many are kept", count, trial.get(keeper.call(Keeper::keep, refs)));
    refs.forEach(ObjectRef::close);
    List<ObjectRef<long[]>> back =
        trial.get(
            trial.random.nextBoolean()
                ? keeper.call(Keeper::kept)
                : other.call(Keeper::keptBy, keeper));
    if (back.isEmpty()) {
      trial.actorDied();
    } else {
      trial.check("how many were kept", count, back.size());
      for (int i = 0; i < count; i++) {
        trial.check("what was kept", TaskPrograms.numbers(seed + i, size), trial.get(back.get(i)));
      }
    }
    keeper.kill();
    other.kill();
  }
}
