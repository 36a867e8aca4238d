package ray.runtime;

import static java.lang.ref.Reference.reachabilityFence;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;
import ray.ObjectId;
import ray.ObjectRef;
import ray.Returns;
import ray.TaskCancelledException;
import ray.WrongReturnCountException;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskSpec;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;

/**
 * Runs the user's code for one run: arguments in, outcomes out, whatever it throws. Thread-safe.
 */
final class TaskRunner {
  private final ExecutorShell executor;
  private final OwnerShell owner;

  TaskRunner(ExecutorShell executor, OwnerShell owner) {
    this.executor = executor;
    this.owner = owner;
  }

  /** Runs; returns null if the result comes later. */
  ExecutorCore.@Nullable Result run(Execution run, TaskContext context, long startedNs) {
    RunGuard guard = new RunGuard(Thread.currentThread(), startedNs);
    run.runner(guard);
    TaskSpec spec = run.spec();
    if (run.isCancelled()) {
      return result(
          run,
          List.of(
              Outcome.Failed.of(
                  ErrorCode.TASK_CANCELLED, "task " + spec.name() + " was cancelled")),
          null,
          0,
          startedNs);
    }
    if (spec.policy().timeoutNs() > 0) {
      executor.startTimer(run);
    }
    context.begin(run, guard);
    Acquired acquired = new Acquired();
    Callee callee = (Callee) spec.function();
    int items = 0;
    Object value = null;
    boolean comesLater = false;
    List<Outcome> outcomes;
    try {
      value = invoke(run, callee, acquired);
      if (spec.isCreation()) {
        Objects.requireNonNull(run.actor())
            .instance(Objects.requireNonNull(value, "the actor's constructor returned null"));
        outcomes = List.of(owner.values().pack(null, run.owner()));
      } else if (spec.isGenerator()) {
        Items produced = new Items(run, context, acquired);
        try {
          produced.yieldAll(value);
        } finally {
          items = produced.count;
        }
        outcomes = List.of();
      } else if (value instanceof CompletionStage<?> stage) {
        executor.detached(run);
        comesLater = true;
        stage.whenComplete((late, thrown) -> complete(run, callee, acquired, guard, late, thrown));
        return null;
      } else {
        outcomes = outcomes(run, callee, value);
      }
    } catch (ActorExit exit) {
      outcomes = exited(run);
    } catch (Throwable thrown) {
      outcomes = List.of(failed(run, callee, thrown));
    } finally {
      if (guard.finish()) {
        Thread.interrupted();
      }
      if (!comesLater) {
        giveBack(guard);
      }
    }
    ExecutorCore.Result result = result(run, outcomes, acquired, items, startedNs);
    // The refs that it returned must not go before its caller counts as their holder.
    reachabilityFence(value);
    return result;
  }

  private void giveBack(RunGuard guard) {
    WorkerLocals.Loans loans = guard.loansOrNull();
    if (loans != null) {
      executor.locals().giveBack(loans);
    }
  }

  private @Nullable Object invoke(Execution run, Callee callee, Acquired acquired)
      throws Exception {
    TaskSpec spec = run.spec();
    ActorSlot actor = spec.isCreation() ? null : run.actor();
    @Nullable Object[] given = spec.arguments();
    int shift = actor == null ? 0 : 1;
    @Nullable Object[] arguments = new @Nullable Object[given.length + shift];
    if (actor != null) {
      arguments[0] = actor.instance();
    }
    Outcome[] values = run.values();
    int nextValue = 0;
    int nextNested = callee.captured().size();
    for (int i = 0; i < given.length; i++) {
      Object argument = given[i];
      if (argument instanceof RefArgument) {
        argument =
            owner.values().readArgument(Objects.requireNonNull(values)[nextValue++], acquired);
      } else if (argument instanceof Packed packed) {
        int count = packed.kinds().size();
        List<ObjectId> nested =
            count == 0 ? List.of() : spec.nested().subList(nextNested, nextNested + count);
        nextNested += count;
        argument = owner.values().unpack(packed, nested, null, acquired);
      }
      arguments[i + shift] = argument;
    }
    return callee.function(owner.values(), owner, acquired).invoke(arguments);
  }

  private List<Outcome> outcomes(Execution run, Callee callee, @Nullable Object value) {
    int returns = run.spec().returns();
    if (!callee.spread()) {
      return List.of(outcome(value, run.owner()));
    }
    List<?> values =
        switch (value) {
          case Returns several -> java.util.Arrays.asList(several.values());
          case List<?> list -> list;
          case null, default ->
              throw new WrongReturnCountException(
                  "task "
                      + run.spec().name()
                      + " is to return "
                      + returns
                      + " values, but returned "
                      + (value == null ? "null" : "one " + value.getClass().getName()));
        };
    if (values.size() != returns) {
      throw new WrongReturnCountException(
          "task "
              + run.spec().name()
              + " is to return "
              + returns
              + " values, but returned "
              + values.size()
              + ": declare that number, or return as many");
    }
    List<Outcome> outcomes = new ArrayList<>(returns);
    try {
      for (Object each : values) {
        outcomes.add(outcome(each, run.owner()));
      }
    } catch (Throwable e) {
      owner.values().drop(outcomes, run.owner()); // nobody will hear of them
      throw e;
    }
    return outcomes;
  }

  private Outcome outcome(@Nullable Object value, long holder) {
    return value instanceof ObjectRef<?>
        ? new Outcome.Alias(owner.idOf(value))
        : owner.values().pack(value, holder);
  }

  private Outcome.Failed failed(Execution run, Callee callee, Throwable thrown) {
    String name = run.spec().name();
    if (run.isCancelled() && isInterruption(thrown)) {
      return Outcome.Failed.of(ErrorCode.TASK_CANCELLED, "task " + name + " was cancelled");
    }
    return owner.values().failed(name, thrown, callee.retries(thrown));
  }

  private static boolean isInterruption(Throwable thrown) {
    return thrown instanceof InterruptedException || thrown instanceof TaskCancelledException;
  }

  private List<Outcome> exited(Execution run) {
    ActorSlot actor = Objects.requireNonNull(run.actor());
    executor.exited(actor);
    return List.of(
        Outcome.Failed.of(
            ErrorCode.ACTOR_DIED,
            "actor " + actor.spec().className() + " is dead: it exited from within"));
  }

  private void complete(
      Execution run,
      Callee callee,
      Acquired acquired,
      RunGuard guard,
      @Nullable Object value,
      @Nullable Throwable thrown) {
    List<Outcome> outcomes;
    try {
      if (thrown != null) {
        Throwable cause =
            thrown instanceof CompletionException && thrown.getCause() != null
                ? thrown.getCause()
                : thrown;
        outcomes = List.of(failed(run, callee, cause));
      } else {
        outcomes = outcomes(run, callee, value);
      }
    } catch (Throwable unserializable) {
      outcomes = List.of(failed(run, callee, unserializable));
    }
    giveBack(guard);
    executor.finished(result(run, outcomes, acquired, 0, System.nanoTime()));
    reachabilityFence(value);
  }

  private ExecutorCore.Result result(
      Execution run,
      List<Outcome> outcomes,
      @Nullable Acquired acquired,
      int items,
      long startedNs) {
    for (Outcome outcome : outcomes) {
      owner.share(outcome.contained(), run.owner());
    }
    List<ObjectId> retained =
        acquired == null ? List.of() : owner.retain(acquired.all(), run.owner());
    return new ExecutorCore.Result(run, outcomes, retained, items, System.nanoTime() - startedNs);
  }

  /** Sends a generator's items as they come, and holds it back when it is too far ahead. */
  private final class Items {
    private final Execution run;
    private final TaskContext context;
    private final Acquired acquired;
    private final int limit;
    int count;

    Items(Execution run, TaskContext context, Acquired acquired) {
      this.run = run;
      this.context = context;
      this.acquired = acquired;
      this.limit = executor.isSerial() ? Integer.MAX_VALUE : run.spec().policy().backpressure();
    }

    void yieldAll(@Nullable Object value) throws Exception {
      switch (value) {
        case BaseStream<?, ?> stream -> {
          try (stream) {
            yieldEach(stream.iterator());
          }
        }
        case Iterator<?> iterator -> {
          try {
            yieldEach(iterator);
          } finally {
            if (iterator instanceof AutoCloseable closeable) {
              closeable.close();
            }
          }
        }
        case null, default ->
            throw new WrongReturnCountException(
                "generator "
                    + run.spec().name()
                    + " returned "
                    + (value == null ? "null" : "a " + value.getClass().getName())
                    + " rather than a Stream or an Iterator");
      }
    }

    private void yieldEach(Iterator<?> iterator) throws InterruptedException {
      while (iterator.hasNext()) {
        Object item = iterator.next();
        if (run.isCancelled()) {
          throw new InterruptedException();
        }
        Outcome outcome = outcome(item, run.owner());
        owner.share(outcome.contained(), run.owner());
        executor.item(run, count, outcome);
        reachabilityFence(item);
        count++;
        awaitRoom();
      }
      assert acquired != null;
    }

    private void awaitRoom() throws InterruptedException {
      RunGuard guard = context.guard();
      if (count - guard.itemsTaken() < limit) {
        return;
      }
      executor.block(context);
      try {
        while (count - guard.itemsTaken() >= limit) {
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          java.util.concurrent.locks.LockSupport.park(guard);
        }
      } finally {
        executor.unblock(context);
      }
    }
  }
}
