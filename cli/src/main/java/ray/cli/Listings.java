package ray.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ray.ActorInfo;
import ray.NodeInfo;
import ray.ObjectInfo;
import ray.TaskInfo;
import ray.processes.Found;
import ray.processes.Member;
import ray.processes.NodeClient;
import ray.processes.NodeReport;
import ray.processes.SeenActor;
import ray.processes.SeenObject;
import ray.processes.SeenTask;
import ray.processes.SeenWorker;

/** Asks a node for what {@code ray list} shows, with columns and fields for each kind. */
final class Listings {
  private Listings() {}

  static Listing<SeenTask> tasks(NodeClient node, int limit) throws IOException {
    Found<SeenTask> found = node.tasks(limit);
    List<Long> random = new ArrayList<>();
    for (SeenTask task : found.entries()) {
      random.add(task.info().id().owner());
      random.add(task.owner().job());
      task.info().actor().ifPresent(actor -> random.add(actor.creation().owner()));
    }
    ShortIds ids = new ShortIds(random);
    Table<SeenTask> table =
        new Table<SeenTask>()
            .whole("TASK", task -> ids.of(task.info().id()))
            .text("NAME", task -> task.info().name())
            .whole("STATE", task -> state(task.info().state()))
            .number("FOR", task -> Amounts.since(task.info().since()))
            .number("RUN", task -> task.info().attempt() == 0 ? "" : "" + task.info().attempt())
            .number("WORKER", task -> pid(task.worker()))
            .number("OWNER", task -> "" + task.owner().pid())
            .whole("JOB", task -> ids.of(task.owner().job()))
            .text("WAITS FOR, OR ERROR", Listings::reason);
    return new Listing<>(found.entries(), found.total(), found.notes(), table, Listings::fields);
  }

  /** What it waits for stands in a column of its own. */
  private static String state(TaskInfo.State state) {
    return state == TaskInfo.State.WAITING_FOR_ARGUMENTS ? "waiting" : words(state);
  }

  private static String reason(SeenTask task) {
    return task.info().error().orElse(task.info().waitingFor());
  }

  private static Map<String, ?> fields(SeenTask task) {
    TaskInfo info = task.info();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", info.id());
    fields.put("name", info.name());
    fields.put("function", info.function());
    fields.put("state", info.state());
    fields.put("waitingFor", info.waitingFor().isEmpty() ? null : info.waitingFor());
    fields.put("since", info.since());
    fields.put("attempt", info.attempt());
    fields.put("actor", info.actor());
    fields.put("workerPid", task.worker().map(Member::pid));
    putOwner(fields, task.owner());
    fields.put("resources", info.resources().amounts());
    fields.put("labels", info.labels());
    fields.put("error", info.error());
    return fields;
  }

  private static void putOwner(Map<String, @Nullable Object> fields, Member owner) {
    fields.put("ownerPid", owner.pid());
    fields.put("job", Long.toHexString(owner.job()));
  }

  static Listing<SeenActor> actors(NodeClient node, int limit) throws IOException {
    List<SeenActor> all = node.seenActors();
    ShortIds ids =
        new ShortIds(all.stream().map(actor -> actor.info().id().creation().owner()).toList());
    Table<SeenActor> table =
        new Table<SeenActor>()
            .whole("ACTOR", actor -> ids.of(actor.info().id().creation()))
            .text("CLASS", actor -> actor.info().className())
            .text("NAME", actor -> actor.info().name())
            .whole("STATE", actor -> words(actor.info().state()))
            .number("WORKER", actor -> pid(actor.worker()))
            .number("RESTARTS", actor -> "" + actor.info().restarts())
            .text("NAMESPACE", actor -> actor.info().namespace())
            .whole("DETACHED", actor -> actor.info().detached() ? "yes" : "no")
            .text("HOLDS", actor -> Amounts.of(actor.info().resources()))
            .text("DIED OF", actor -> actor.info().deathCause().orElse(""));
    return new Listing<>(
        all.stream().limit(limit).toList(), all.size(), List.of(), table, Listings::fields);
  }

  private static Map<String, ?> fields(SeenActor actor) {
    ActorInfo info = actor.info();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", info.id());
    fields.put("className", info.className());
    fields.put("name", info.name().isEmpty() ? null : info.name());
    fields.put("namespace", info.namespace());
    fields.put("state", info.state());
    fields.put("detached", info.detached());
    fields.put("restarts", info.restarts());
    fields.put("node", info.node());
    fields.put("workerPid", actor.worker().map(Member::pid));
    fields.put("resources", info.resources().amounts());
    fields.put("labels", info.labels());
    fields.put("deathCause", info.deathCause());
    return fields;
  }

  static Listing<SeenObject> objects(NodeClient node, int limit) throws IOException {
    Found<SeenObject> found = node.objects(limit);
    List<SeenObject> owned = found.entries().stream().filter(SeenObject::owned).toList();
    List<Long> random = new ArrayList<>();
    for (SeenObject object : owned) {
      random.add(object.info().id().owner());
      random.add(object.holder().job());
    }
    ShortIds ids = new ShortIds(random);
    Table<SeenObject> table =
        new Table<SeenObject>()
            .whole("OBJECT", object -> ids.of(object.info().id()))
            .whole("STATE", object -> words(object.info().state()))
            .number("SIZE", object -> Amounts.knownBytes(object.info().sizeBytes()))
            .whole("WHERE", object -> place(object.info()))
            .number("OWNER", object -> "" + object.holder().pid())
            .whole("JOB", object -> ids.of(object.holder().job()))
            .text("HELD BY", object -> HeldBy.reasons(object.info().holders()))
            .text("CREATED AT", object -> object.info().creationSite().orElse(""));
    return new Listing<>(
        owned.stream().limit(limit).toList(),
        found.total(),
        found.notes(),
        table,
        Listings::fields);
  }

  /** Where an object's value is. */
  static String place(ObjectInfo info) {
    return info.inStore() ? "store" : info.state() == ObjectInfo.State.READY ? "heap" : "";
  }

  private static Map<String, ?> fields(SeenObject object) {
    ObjectInfo info = object.info();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", info.id());
    fields.put("state", info.state());
    fields.put("sizeBytes", info.sizeBytes());
    fields.put("inStore", info.inStore());
    putOwner(fields, object.holder());
    fields.put("holders", info.holders());
    fields.put("borrowers", info.borrowers());
    fields.put("creationSite", info.creationSite());
    return fields;
  }

  static Listing<SeenWorker> workers(NodeClient node, int limit) throws IOException {
    Found<SeenWorker> found = node.workers();
    String nodeId = node.nodes().getFirst().id();
    List<Long> random = new ArrayList<>(List.of(Long.parseUnsignedLong(nodeId, 16)));
    for (SeenWorker worker : found.entries()) {
      random.add(worker.member().process());
      random.add(worker.member().job());
    }
    ShortIds ids = new ShortIds(random);
    Table<SeenWorker> table =
        new Table<SeenWorker>()
            .number("PID", worker -> "" + worker.member().pid())
            .whole("ID", worker -> ids.of(worker.member().process()))
            .whole("JOB", worker -> worker.member().job() == 0 ? "" : ids.of(worker.member().job()))
            .whole("STATE", worker -> words(worker.state()))
            .number("MEMORY", worker -> Amounts.knownBytes(worker.memory().ownBytes()))
            .number("HEAP", worker -> Amounts.knownBytes(worker.heapUsedBytes()))
            .number("UP", Listings::up)
            .whole("NODE", worker -> ids.of(Long.parseUnsignedLong(nodeId, 16)))
            .text("TASKS", worker -> names(worker.tasks()))
            .text("ACTORS", worker -> names(worker.actors()));
    return new Listing<>(
        found.entries().stream().limit(limit).toList(),
        found.total(),
        found.notes(),
        table,
        worker -> fields(worker, nodeId));
  }

  private static String up(SeenWorker worker) {
    return worker.started().equals(Instant.EPOCH) ? "" : Amounts.since(worker.started());
  }

  /** The names, each with how often it is there. */
  private static String names(List<SeenWorker.Part> parts) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    parts.forEach(part -> counts.merge(part.name(), 1, Integer::sum));
    List<String> words = new ArrayList<>();
    counts.forEach((name, count) -> words.add(count == 1 ? name : count + " " + name));
    return String.join(", ", words);
  }

  private static Map<String, ?> fields(SeenWorker worker, String nodeId) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    Member member = worker.member();
    fields.put("id", Long.toHexString(member.process()));
    fields.put("pid", member.pid());
    fields.put("job", member.job() == 0 ? null : Long.toHexString(member.job()));
    fields.put("state", worker.state());
    fields.put("node", nodeId);
    fields.put("tasks", worker.tasks().stream().map(Listings::fields).toList());
    fields.put("actors", worker.actors().stream().map(Listings::fields).toList());
    fields.put("memoryBytes", worker.memory().ownBytes());
    fields.put("sharedBytes", worker.memory().sharedBytes());
    fields.put("heapUsedBytes", worker.heapUsedBytes());
    fields.put("heapMaxBytes", worker.heapMaxBytes());
    fields.put("started", worker.started().equals(Instant.EPOCH) ? null : worker.started());
    return fields;
  }

  private static Map<String, ?> fields(SeenWorker.Part part) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", part.id());
    fields.put("name", part.name());
    return fields;
  }

  private record Node(NodeInfo info, NodeReport report) {}

  static Listing<?> nodes(NodeClient client, int limit) throws IOException {
    NodeReport report = client.about();
    List<Node> all = client.nodes().stream().map(info -> new Node(info, report)).toList();
    ShortIds ids =
        new ShortIds(
            all.stream().map(node -> Long.parseUnsignedLong(node.info().id(), 16)).toList());
    Table<Node> table =
        new Table<Node>()
            .whole("NODE", node -> ids.of(Long.parseUnsignedLong(node.info().id(), 16)))
            .whole("ADDRESS", node -> node.report().address())
            .number("PID", node -> "" + node.report().pid())
            .text("IN USE", node -> Amounts.use(node.info().total(), node.info().available()))
            .text("STORE", Listings::store)
            .whole("VERSION", node -> node.report().version())
            .number("UP", node -> Amounts.since(node.report().started()))
            .text(
                "LABELS", node -> node.info().labels().isEmpty() ? "" : "" + node.info().labels());
    return new Listing<>(
        all.stream().limit(limit).toList(), all.size(), List.of(), table, Listings::fields);
  }

  private static String store(Node node) {
    return Amounts.bytes(node.info().objectStoreUsedBytes())
        + " of "
        + Amounts.bytes(node.info().objectStoreBytes());
  }

  private static Map<String, ?> fields(Node node) {
    NodeInfo info = node.info();
    NodeReport report = node.report();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", info.id());
    fields.put("address", report.address());
    fields.put("alive", info.alive());
    fields.put("pid", report.pid());
    fields.put("total", info.total().amounts());
    fields.put("available", info.available().amounts());
    fields.put("labels", info.labels());
    fields.put("objectStoreBytes", info.objectStoreBytes());
    fields.put("objectStoreUsedBytes", info.objectStoreUsedBytes());
    fields.put("memoryBytes", report.memory().ownBytes());
    fields.put("version", report.version());
    fields.put("javaVersion", report.javaVersion());
    fields.put("started", report.started());
    fields.put("sessionFolder", report.folder());
    return fields;
  }

  private static String pid(Optional<Member> member) {
    return member.map(each -> Long.toString(each.pid())).orElse("");
  }

  /** A state as people read it. */
  static String words(Enum<?> state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
