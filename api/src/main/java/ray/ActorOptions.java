package ray;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The options of an actor, as {@link ActorClass}'s methods set them.
 *
 * @param name the name by which other programs find it; empty: none
 * @param namespace the namespace of the name; null: the program's own
 * @param getIfExists whether an actor of that name is returned rather than an error
 * @param lifetime when it ends by itself
 * @param resources what it holds while it lives
 * @param maxConcurrency how many of its calls may run at once
 * @param concurrencyGroups limits of named groups of its methods, by group
 * @param maxRestarts how often it is made again after it died; -1: without limit
 * @param maxTaskRetries how often a call is sent again after a restart; -1: without limit
 * @param maxPendingCalls how many calls one process may have waiting; -1: without limit
 * @param strategy where it runs
 * @param labels free text carried along, shown in listings
 * @param runtimeEnv what is asked of the process that it lives in
 */
public record ActorOptions(
    String name,
    @Nullable String namespace,
    boolean getIfExists,
    Lifetime lifetime,
    Resources resources,
    int maxConcurrency,
    Map<String, Integer> concurrencyGroups,
    int maxRestarts,
    int maxTaskRetries,
    int maxPendingCalls,
    SchedulingStrategy strategy,
    Map<String, String> labels,
    RuntimeEnv runtimeEnv) {

  /** When an actor ends by itself. */
  public enum Lifetime {
    /** When nothing refers to it any more. */
    COUNTED,
    /** When it is killed; it outlives the program that made it. */
    DETACHED
  }

  /** Nameless, counted, no resources, one call at a time, no restart. */
  public static final ActorOptions DEFAULT =
      new ActorOptions(
          "",
          null,
          false,
          Lifetime.COUNTED,
          Resources.NONE,
          1,
          Map.of(),
          0,
          0,
          -1,
          SchedulingStrategy.standard(),
          Map.of(),
          RuntimeEnv.SHARED);

  /** Checks and copies. */
  public ActorOptions {
    concurrencyGroups = Map.copyOf(concurrencyGroups);
    labels = Map.copyOf(labels);
    OptionChecks.atLeastOne("maxConcurrency", maxConcurrency);
    concurrencyGroups.forEach(
        (group, limit) -> OptionChecks.atLeastOne("concurrency group " + group, limit));
    OptionChecks.retries("maxRestarts", maxRestarts);
    OptionChecks.retries("maxTaskRetries", maxTaskRetries);
    OptionChecks.retries("maxPendingCalls", maxPendingCalls);
    if (strategy instanceof SchedulingStrategy.WorkerAffinity) {
      throw new IllegalArgumentException(
          "an actor can't be bound to one worker: bind it to a node, or leave it to Ray");
    }
    if (maxPendingCalls == 0) {
      throw new IllegalArgumentException("maxPendingCalls must be at least 1, or -1 for no limit");
    }
  }

  ActorOptions withName(String changed) {
    Draft draft = new Draft(this);
    draft.name = changed;
    return draft.done();
  }

  ActorOptions withNamespace(String changed) {
    Draft draft = new Draft(this);
    draft.namespace = changed;
    return draft.done();
  }

  ActorOptions withGetIfExists() {
    Draft draft = new Draft(this);
    draft.getIfExists = true;
    return draft.done();
  }

  ActorOptions withLifetime(Lifetime changed) {
    Draft draft = new Draft(this);
    draft.lifetime = changed;
    return draft.done();
  }

  ActorOptions withResources(Resources changed) {
    Draft draft = new Draft(this);
    draft.resources = changed;
    return draft.done();
  }

  ActorOptions withMaxConcurrency(int changed) {
    Draft draft = new Draft(this);
    draft.maxConcurrency = changed;
    return draft.done();
  }

  ActorOptions withConcurrencyGroup(String group, int limit) {
    Map<String, Integer> changed = new TreeMap<>(concurrencyGroups);
    changed.put(group, limit);
    Draft draft = new Draft(this);
    draft.concurrencyGroups = changed;
    return draft.done();
  }

  ActorOptions withMaxRestarts(int changed) {
    Draft draft = new Draft(this);
    draft.maxRestarts = changed;
    return draft.done();
  }

  ActorOptions withMaxTaskRetries(int changed) {
    Draft draft = new Draft(this);
    draft.maxTaskRetries = changed;
    return draft.done();
  }

  ActorOptions withMaxPendingCalls(int changed) {
    Draft draft = new Draft(this);
    draft.maxPendingCalls = changed;
    return draft.done();
  }

  ActorOptions withStrategy(SchedulingStrategy changed) {
    Draft draft = new Draft(this);
    draft.strategy = changed;
    return draft.done();
  }

  ActorOptions withLabels(Map<String, String> changed) {
    Draft draft = new Draft(this);
    draft.labels = changed;
    return draft.done();
  }

  ActorOptions withRuntimeEnv(RuntimeEnv changed) {
    Draft draft = new Draft(this);
    draft.runtimeEnv = changed;
    return draft.done();
  }

  /** Options that are being changed. */
  private static final class Draft {
    String name;
    @Nullable String namespace;
    boolean getIfExists;
    Lifetime lifetime;
    Resources resources;
    int maxConcurrency;
    Map<String, Integer> concurrencyGroups;
    int maxRestarts;
    int maxTaskRetries;
    int maxPendingCalls;
    SchedulingStrategy strategy;
    Map<String, String> labels;
    RuntimeEnv runtimeEnv;

    Draft(ActorOptions from) {
      this.name = from.name;
      this.namespace = from.namespace;
      this.getIfExists = from.getIfExists;
      this.lifetime = from.lifetime;
      this.resources = from.resources;
      this.maxConcurrency = from.maxConcurrency;
      this.concurrencyGroups = from.concurrencyGroups;
      this.maxRestarts = from.maxRestarts;
      this.maxTaskRetries = from.maxTaskRetries;
      this.maxPendingCalls = from.maxPendingCalls;
      this.strategy = from.strategy;
      this.labels = from.labels;
      this.runtimeEnv = from.runtimeEnv;
    }

    ActorOptions done() {
      return new ActorOptions(
          name,
          namespace,
          getIfExists,
          lifetime,
          resources,
          maxConcurrency,
          concurrencyGroups,
          maxRestarts,
          maxTaskRetries,
          maxPendingCalls,
          strategy,
          labels,
          runtimeEnv);
    }
  }
}
