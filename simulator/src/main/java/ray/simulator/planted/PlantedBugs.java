package ray.simulator.planted;

import static ray.simulator.Rule.CALLS_IN_ORDER;
import static ray.simulator.Rule.CORE;
import static ray.simulator.Rule.FREED;
import static ray.simulator.Rule.PROGRESS;
import static ray.simulator.Rule.REACHABLE;
import static ray.simulator.Rule.RESOURCES;
import static ray.simulator.Rule.RUNS;
import static ray.simulator.Rule.SERIAL_RESULTS;
import static ray.simulator.Rule.STAYS;
import static ray.simulator.Rule.STORE;

import java.util.EnumSet;
import java.util.List;
import ray.simulator.Rule;

/** The bugs that are planted, each a change of a line or so. */
public final class PlantedBugs {
  private static final List<PlantedBug> ALL =
      List.of(
          // ---- counts of refs
          bug(
              "retained-untold",
              "owners are not told of the refs that a worker keeps after a run",
              "owner/Borrowing.java",
              "      share(id, worker);",
              "",
              FREED,
              REACHABLE,
              SERIAL_RESULTS),
          bug(
              "given-back-twice",
              "a borrower gives one registration more back than it had",
              "owner/References.java",
              "new Message.RemoveBorrower(reference.id(), self, registrar, count)",
              "new Message.RemoveBorrower(reference.id(), self, registrar, count + 1)",
              FREED),
          bug(
              "contained-not-counted",
              "the refs inside a task's result are not held by it",
              "owner/Adoption.java",
              "inner.contained++;\n      names.add",
              "names.add",
              REACHABLE,
              CORE),
          bug(
              "alias-forgets-target",
              "an alias does not count for the object that it stands for",
              "owner/Aliases.java",
              "target.aliases++;",
              "",
              REACHABLE,
              CORE),
          bug(
              "heir-before-pin",
              "a value taken over is let go at its source before it is pinned for its heir",
              "owner/Adoption.java",
              "effects.pin(stored, heir.id());\n      resolve(heir, stored, id.owner());",
              "effects.pin(stored, heir.id());\n      resolve(heir, stored, id.owner());\n      inherit(heir);",
              REACHABLE),
          bug(
                  "umbrella-let-go",
                  "the value from which a ref was read is not kept until the ref's owner has answered",
                  "owner/Borrowing.java",
                  "boolean sameOwner = umbrella.id().owner() == reference.id().owner();",
                  "boolean sameOwner = true;",
                  SERIAL_RESULTS,
                  REACHABLE)
              .in("calm"),
          bug(
              "adopted-unshared",
              "the refs inside a value that is taken over are not registered for its heir",
              "owner/Outcomes.java",
              "        borrowing.share(id, asker.process());",
              "",
              FREED,
              REACHABLE,
              SERIAL_RESULTS),
          bug(
              "closed-heir-kept",
              "what is taken over by an owner that has closed meanwhile is never let go",
              "owner/Adoption.java",
              "if (heir.outcome != null) {",
              "if (heir.outcome != null && heir.handles < 0) {",
              FREED,
              CORE),
          bug(
              "dead-registered",
              "an owner believes a registration of a process that has died before",
              "owner/Borrowing.java",
              "reference != null && !dead.contains(message.borrower())",
              "reference != null",
              FREED),
          bug(
              "registrar-disbelieved",
              "what a process said of others is forgotten when it dies, though it was told in time",
              "owner/OwnedReference.java",
              "|| each.getKey().registrar() == process && each.getValue() < 0",
              "|| each.getKey().registrar() == process",
              REACHABLE),
          bug(
              "left-kept",
              "what a dead worker stored for a process, and never told of, is not let go",
              "owner/LeftResults.java",
              "      if (!storedValues.isKept(left.node(), key)) {",
              "      if (key == 0) {",
              FREED),
          bug(
              "left-before-last-words",
              "what a dead worker stored is let go while it is still to be heard of",
              "owner/LeftResults.java",
              "if (dead.contains(left.worker())) {",
              "if (left.worker() != 0) {",
              REACHABLE,
              SERIAL_RESULTS),
          bug(
              "lost-with-its-giver",
              "what is borrowed counts as lost when the process dies that gave it, not its owner",
              "owner/Deaths.java",
              "if (foreign.id().owner() == process) {",
              "if (foreign.id().owner() == process || foreign.isRegisteredBy(process)) {",
              SERIAL_RESULTS,
              FREED),
          bug(
              "unwanted-result-kept",
              "the refs in a result that comes too late are not given back",
              "owner/TaskLife.java",
              "adoption.discard(result.outcomes(), worker);",
              "",
              FREED),
          // ---- tasks
          bug(
              "retry-too-many",
              "a task is retried once more than its policy allows",
              "owner/Task.java",
              "if (retriesLeft == 0) {",
              "if (retriesLeft == -1) {",
              RUNS),
          bug(
              "retried-with-others",
              "the death of a worker makes tasks of the same owner run again that are on others",
              "owner/TaskLife.java",
              "          && task.worker == died.process()\n",
              "",
              RUNS),
          bug(
              "dependents-sleep",
              "tasks that wait for an object are not woken if no handle of it is left",
              "owner/Outcomes.java",
              "if (reference.dependents != null) {",
              "if (reference.dependents != null && reference.cell != null) {",
              PROGRESS,
              FREED),
          bug(
              "cancel-forgotten",
              "the worker is not told that a run was cancelled",
              "owner/Cancellation.java",
              "effects.send(task.worker, cancel);",
              "",
              PROGRESS,
              FREED),
          bug(
                  "force-forgotten",
                  "a run that was cancelled by force is not looked at again",
                  "executor/ExecutorCore.java",
                  "forced.start(run, nowNs);",
                  "",
                  PROGRESS,
                  FREED)
              .in("force"),
          bug(
                  "force-untold",
                  "an executor does not ask to be told the time when a run is cancelled by force",
                  "executor/ForcedEnds.java",
                  "    effects.tickSoon();\n",
                  "",
                  PROGRESS,
                  FREED)
              .in("force"),
          bug(
              "arguments-let-go-early",
              "the arguments of a run that was given up are let go while it still reads them",
              "owner/AbandonedRuns.java",
              "    arguments.holdAgain(task.spec());\n",
              "",
              REACHABLE,
              CORE),
          bug(
              "item-lost",
              "a generator that runs again skips one item more than it has made",
              "owner/Generators.java",
              "message.index() < task.items",
              "message.index() < task.items + task.attempt - 1",
              CORE,
              SERIAL_RESULTS,
              PROGRESS),
          bug(
              "item-twice",
              "an item that a generator makes again is taken once more",
              "owner/Generators.java",
              "message.index() < task.items",
              "message.index() < task.items - 1",
              CORE),
          bug(
              "grant-not-counted",
              "an owner forgets that a lease it was granted is one that it asked for",
              "owner/LeaseQueue.java",
              "leases += count;\n    demand = Math.max(0, demand - count);",
              "leases += count;",
              PROGRESS,
              FREED),
          bug(
              "returned-twice",
              "an owner asks for leases back that it has asked for already",
              "owner/LeaseQueue.java",
              "return leases - outstanding - returning;",
              "return leases - outstanding;",
              CORE),
          // ---- actors
          bug(
                  "calls-back-in-reverse",
                  "calls that an actor did not run before its restart are sent again in reverse",
                  "owner/CallerLines.java",
                  "line.getFirst().spec().id().number() < number",
                  "line.getFirst().spec().id().number() > number",
                  CALLS_IN_ORDER)
              .in("cancels"),
          bug(
              "call-overtakes",
              "a call whose arguments are not ready lets those behind it pass",
              "owner/ActorClient.java",
              "if (task.unresolved > 0) {\n          return;",
              "if (task.unresolved > 0) {\n line.remove(); line.add(task); return;",
              CALLS_IN_ORDER),
          bug(
              "earlier-refusal-believed",
              "what a worker refused for the actor before its restart stops calls of the new one",
              "owner/ActorClient.java",
              "message.incarnation() != incarnation || state == ActorInfo.State.DEAD",
              "state == ActorInfo.State.DEAD",
              PROGRESS,
              FREED),
          bug(
              "given-back-behind",
              "calls that a held-up thread gives back come behind those that came after them",
              "executor/ExecutorCore.java",
              "lane.queue.waiting.addFirst(run);",
              "lane.queue.waiting.addLast(run);",
              CALLS_IN_ORDER),
          bug(
              "restart-too-many",
              "an actor is made again once more than its policy allows",
              "control/ActorRecord.java",
              "if (restartsLeft == 0) {",
              "if (restartsLeft == -1) {",
              RUNS),
          bug(
              "out-of-scope-forgotten",
              "an actor that nothing refers to any more when it is born lives on",
              "control/ControlCore.java",
              "actor.outOfScope = true;",
              "",
              FREED),
          bug(
              "early-watchers-forgotten",
              "who asked about an actor before it was registered is never told of it",
              "control/ControlCore.java",
              "actor.watchers.addAll(early);",
              "",
              PROGRESS,
              FREED),
          bug(
              "late-birth-believed",
              "the birth of an actor that was replaced meanwhile is believed",
              "control/ControlCore.java",
              "actor.state == ActorInfo.State.DEAD || actor.incarnation != message.incarnation()",
              "actor.state == ActorInfo.State.DEAD",
              FREED,
              PROGRESS,
              RUNS),
          // ---- leases
          bug(
              "lease-given-twice",
              "a worker returns leases on which runs go on",
              "executor/TaskQueues.java",
              "queue.leases.size() - queue.running;",
              "queue.leases.size();",
              RESOURCES,
              CORE),
          bug(
              "lease-of-the-dead",
              "a worker keeps a lease of an owner that has died",
              "executor/TaskQueues.java",
              "if (dead.contains(message.owner())) {",
              "if (message.owner() == 0) {",
              FREED),
          bug(
              "lease-kept-by-lane",
              "the lease of a run whose owner died is not returned when it ends",
              "executor/ExecutorCore.java",
              "      queues.returnIdle(queue);",
              "",
              FREED),
          bug(
              "resumed-uncounted",
              "a run that goes on after it was blocked does not count as running",
              "executor/BlockedRuns.java",
              "run.permits.running++;",
              "",
              RESOURCES,
              CORE,
              PROGRESS),
          bug(
              "lent-lease-let-go",
              "a run on a lent lease gives back a permit of its own class when it ends",
              "executor/ExecutorCore.java",
              "      lending.lentBack(lane.lender, nowNs);\n      return;",
              "      lending.lentBack(lane.lender, nowNs);",
              RESOURCES,
              CORE),
          bug(
              "lent-lease-of-own-class",
              "a run that waits on a lent lease suspends one of its own class",
              "executor/TaskQueues.java",
              "new Execution(self, push, queue, lender.permits)",
              "new Execution(self, push, queue, queue)",
              CORE,
              RESOURCES,
              PROGRESS),
          bug(
              "lent-too-little",
              "a run lends its lease to a task that needs more CPUs than it holds",
              "FunctionKey.java",
              "        && cpus() <= waiting.cpus()",
              "",
              RESOURCES,
              FREED,
              PROGRESS),
          bug(
              "lent-more-than-cpus",
              "a run lends its CPUs to a task that needs other things besides",
              "FunctionKey.java",
              "        && resources.units().keySet().stream().allMatch(Resources.CPU::equals)",
              "",
              RESOURCES),
          bug(
              "lent-counted",
              "what ran on a lent lease counts off those that have a lease of its class",
              "owner/TaskLife.java",
              "} else if (!task.inPlace) {",
              "} else {",
              CORE,
              RESOURCES,
              PROGRESS),
          bug(
              "no-cpu-back",
              "a lease given back does not let blocked runs go on",
              "node/NodeCore.java",
              "      employ(lease);\n      grant();",
              "      employ(lease);\n      placeActors();\n      grantDemands();",
              PROGRESS,
              FREED),
          bug(
              "idle-asked-for-once",
              "a lease that comes to idle while others wait is kept for as long as any",
              "node/NodeCore.java",
              "surplus != null || isAnyWaitingForRuns()",
              "surplus != null",
              PROGRESS,
              FREED),
          bug(
              "idle-untold",
              "an owner does not ask to be told the time when a lease comes to idle",
              "owner/LeaseQueue.java",
              "        idleSinceNs = nowNs;\n        effects.tickSoon();",
              "        idleSinceNs = nowNs;",
              FREED),
          bug(
              "gathered-untold",
              "an owner does not ask to be told the time when it gathers tasks",
              "owner/LeaseQueue.java",
              "      effects.tickSoon();\n    }\n  }",
              "    }\n  }",
              PROGRESS,
              FREED),
          bug(
              "suspended-given-back-twice",
              "the resources of a suspended lease are free once more when it is returned",
              "node/NodeCore.java",
              "suspended--;\n      resuming.remove(lease);",
              "suspended--;\n      resuming.remove(lease);\n      holdings.suspend(lease);",
              RESOURCES,
              CORE),
          bug(
              "isolated-shared",
              "an isolated worker that runs something is as good as one that does not",
              "node/WorkerPools.java",
              "pool.isIsolated() && best.leases > 0 ? null",
              "pool.isIsolated() && best.leases > 1 ? null",
              CORE),
          bug(
              "acquitted-twice",
              "a task whose worker died gets a retry back with every run that ends",
              "owner/Task.java",
              "suspect = false;",
              "suspect = true;",
              RUNS,
              SERIAL_RESULTS,
              PROGRESS),
          bug(
                  "stays-with-its-program",
                  "the constructor of an actor that stays is cancelled when its program dies",
                  "executor/ExecutorCore.java",
                  "return actor != null && actor.creation == run && actor.spec().isDetached();",
                  "return false;",
                  STAYS)
              .in("deaths"),
          // ---- the store
          bug(
              "actor-keeps-cpus",
              "an actor keeps its CPUs while all that it runs waits",
              "executor/BlockedRuns.java",
              "actor.blocked == actor.running && holdsCpus(actor)",
              "actor.blocked > actor.running && holdsCpus(actor)",
              FREED,
              PROGRESS),
          bug(
              "actor-stays-suspended",
              "an actor that has its CPUs again does not know, and waits for them once more",
              "executor/BlockedRuns.java",
              "actor.suspended = false;\n        resume(waiting)",
              "resume(waiting)",
              FREED,
              PROGRESS),
          bug(
              "waiting-overtaken",
              "a value for which there is room does not wait behind those that came before it",
              "store/StoreCore.java",
              "if (waiting.isEmpty()) {\n      Block block = allocateOrEvict(sizeBytes);",
              "if (waiting.size() < 2) {\n      Block block = allocateOrEvict(sizeBytes);",
              STORE,
              CORE),
          bug(
              "waiting-not-served",
              "a value that is released gives its room to none of those that wait",
              "store/StoreCore.java",
              "dropIfEmpty(claim);\n    settle(entry, FreeCause.RELEASED);\n    serveWaiting();",
              "dropIfEmpty(claim);\n    settle(entry, FreeCause.RELEASED);",
              STORE,
              CORE),
          bug(
              "given-up-kept",
              "a value that its writer gives up while it writes stays",
              "store/StoreCore.java",
              "    abort(entry);\n    serveWaiting();\n    return true;",
              "    return true;",
              FREED,
              CORE),
          bug(
              "freed-while-pinned",
              "a process that releases a stored value takes the pins of others with its own",
              "store/StoreCore.java",
              "entry.pins--;",
              "entry.pins = 0;",
              REACHABLE,
              CORE),
          bug(
              "freed-under-view",
              "a stored value goes with its last pin, though a view reads it",
              "store/StoreCore.java",
              "entry.state == ObjectState.LINGERING && entry.readers == 0 && !entry.beingWritten",
              "entry.state == ObjectState.LINGERING && !entry.beingWritten",
              REACHABLE,
              CORE),
          bug(
              "view-pins-for-ever",
              "a stored value stays when its last view goes after its last pin",
              "store/StoreCore.java",
              "if (entry.readers == 0) {\n      settle",
              "if (entry.readers < 0) {\n      settle",
              FREED,
              CORE),
          bug(
              "holes-not-merged",
              "a free range before a freed one is merged with it, but keeps its size",
              "store/BankAllocator.java",
              "previous.sizeBytes += block.sizeBytes;",
              "",
              CORE,
              STORE),
          bug(
              "split-unlinked",
              "the range behind one that is split does not know its new neighbour",
              "store/BankAllocator.java",
              "rest.next.previous = rest;",
              "",
              CORE,
              STORE));

  private PlantedBugs() {}

  private static PlantedBug bug(
      String name,
      String breaks,
      String source,
      String text,
      String replacement,
      Rule first,
      Rule... others) {
    return new PlantedBug(
        name, breaks, source, text, replacement, "everything", EnumSet.of(first, others));
  }

  /** All of them. */
  public static List<PlantedBug> all() {
    return ALL;
  }
}
