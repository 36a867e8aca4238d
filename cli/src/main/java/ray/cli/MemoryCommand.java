package ray.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import ray.ObjectId;
import ray.processes.Found;
import ray.processes.Member;
import ray.processes.NodeClient;
import ray.processes.SeenObject;
import ray.processes.StoreContent;

/** {@code ray memory}: who holds which objects, and why. */
@Command(
    name = "memory",
    description =
        "Show who holds which objects and why, the largest first, and what the store has.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "An object is there for as long as something holds it: handles (refs that a",
      "program has and that no garbage collection has found dead), tasks that take it",
      "and have not ended, values that contain its ref, other processes with reasons",
      "of their own; its bytes in the store also for as long as there are views of",
      "them. Where objects were created is known of programs that ask for it:",
      "RayOptions.recordCreationSites().",
      "",
      "  ray memory",
      "  ray memory --group-by site"
    })
final class MemoryCommand implements Callable<Integer> {
  private static final int DEFAULT_LIMIT = 1_000;
  private static final int MAX_LIMIT = 100_000;

  /** What the objects of a group have in common. */
  enum Grouping {
    OWNER,
    SITE,
    NONE;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads a grouping. */
  static final class GroupingWords extends Words<Grouping> {
    GroupingWords() {
      super(Grouping.class);
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeAddress address = new NodeAddress();

  @Option(
      names = "--group-by",
      paramLabel = "WHAT",
      converter = GroupingWords.class,
      description = "What is shown together: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Grouping grouping = Grouping.OWNER;

  @Option(names = "--json", description = "Print one object with all of it, for programs.")
  private boolean json;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Ask each process for so many, the largest (default: ${DEFAULT-VALUE}).")
  private int limit = DEFAULT_LIMIT;

  @Override
  public Integer call() throws IOException, CommandFailedException {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new ParameterException(
          spec.commandLine(), "--limit must be from 1 to " + MAX_LIMIT + ", not " + limit);
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try (NodeClient node = address.connect()) {
      Found<SeenObject> found = node.objects(limit);
      StoreContent store = node.store(limit);
      MemoryReport report = new MemoryReport(found.entries(), store, node.members());
      if (json) {
        out.println(Json.of(fields(report, store)));
      } else {
        print(out, report, store);
      }
      long shown = found.entries().stream().filter(SeenObject::owned).count();
      if (found.total() > shown) {
        err.println(
            "These are " + shown + " of " + found.total() + " objects; --limit N shows more.");
      }
      found.notes().forEach(err::println);
    }
    return ExitCode.OK;
  }

  private void print(PrintWriter out, MemoryReport report, StoreContent store) {
    out.println(
        "object store: "
            + Amounts.bytes(store.usedBytes())
            + " of "
            + Amounts.bytes(store.capacityBytes())
            + " in use by "
            + store.objectCount()
            + (store.objectCount() == 1 ? " object" : " objects")
            + "; the largest that fits now has "
            + Amounts.bytes(store.largestFreeBytes()));
    if (store.lingeringBytes() > 0) {
      out.println("  kept by views alone: " + Amounts.bytes(store.lingeringBytes()));
    }
    if (store.waiting() > 0) {
      out.println(
          "  waiting for room: "
              + store.waiting()
              + (store.waiting() == 1 ? " value of " : " values of ")
              + Amounts.bytes(store.waitingBytes()));
    }
    ShortIds ids = ids(report);
    int width = Terminal.width();
    for (MemoryReport.Group group : report.groups(name(ids))) {
      out.println();
      out.println(
          group.name()
              + ": "
              + group.items().size()
              + (group.items().size() == 1 ? " object, " : " objects, ")
              + Amounts.bytes(group.storeBytes())
              + " in the store, "
              + Amounts.bytes(group.heapBytes())
              + " in heaps");
      table(ids).print(out, group.items(), "  ", width);
    }
  }

  private static ShortIds ids(MemoryReport report) {
    List<Long> random = new ArrayList<>();
    for (MemoryReport.Item item : report.items()) {
      ObjectId id = item.id();
      if (id != null) {
        random.add(id.owner());
      }
      Member owner = item.owner();
      if (owner != null) {
        random.add(owner.job());
      }
    }
    return new ShortIds(random);
  }

  private Function<MemoryReport.Item, String> name(ShortIds ids) {
    return switch (grouping) {
      case OWNER -> item -> owner(item.owner(), ids);
      case SITE ->
          item -> item.site().isEmpty() ? "created at a place that was not recorded" : item.site();
      case NONE -> item -> "all";
    };
  }

  private static String owner(@Nullable Member owner, ShortIds ids) {
    return owner == null
        ? "owned by nobody who answers, or being written"
        : "owned by " + owner.describe() + " of job " + ids.of(owner.job());
  }

  private Table<MemoryReport.Item> table(ShortIds ids) {
    Table<MemoryReport.Item> table =
        new Table<MemoryReport.Item>()
            .number("SIZE", item -> Amounts.knownBytes(item.sizeBytes()))
            .whole("STATE", MemoryReport.Item::state)
            .whole("WHERE", MemoryReport.Item::place)
            .whole("OBJECT", item -> id(item, ids))
            .text("HELD BY", item -> HeldBy.all(item.holds(), item.owner()));
    if (grouping != Grouping.OWNER) {
      table.text("OWNER", item -> item.owner() == null ? "" : item.owner().describe());
    }
    if (grouping != Grouping.SITE) {
      table.text("CREATED AT", MemoryReport.Item::site);
    }
    return table;
  }

  private static String id(MemoryReport.Item item, ShortIds ids) {
    ObjectId id = item.id();
    return id == null ? "key " + Long.toHexString(item.storeKey()) : ids.of(id);
  }

  private static Map<String, ?> fields(MemoryReport report, StoreContent store) {
    Map<String, @Nullable Object> totals = new LinkedHashMap<>();
    totals.put("capacityBytes", store.capacityBytes());
    totals.put("usedBytes", store.usedBytes());
    totals.put("largestFreeBytes", store.largestFreeBytes());
    totals.put("objects", store.objectCount());
    totals.put("lingeringBytes", store.lingeringBytes());
    totals.put("waiting", store.waiting());
    totals.put("waitingBytes", store.waitingBytes());
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("store", totals);
    all.put("objects", report.items().stream().map(MemoryCommand::fields).toList());
    return all;
  }

  private static Map<String, ?> fields(MemoryReport.Item item) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    Member owner = item.owner();
    fields.put("id", item.id());
    fields.put("storeKey", item.storeKey() == 0 ? null : Long.toHexString(item.storeKey()));
    fields.put("sizeBytes", item.sizeBytes());
    fields.put("state", item.state().toUpperCase(Locale.ROOT));
    fields.put("inStore", item.place().equals("store"));
    fields.put("ownerPid", owner == null ? null : owner.pid());
    fields.put("job", owner == null ? null : Long.toHexString(owner.job()));
    fields.put("holders", item.holds().stream().map(MemoryCommand::fields).toList());
    fields.put("creationSite", item.site().isEmpty() ? null : item.site());
    return fields;
  }

  private static Map<String, ?> fields(MemoryReport.Hold hold) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("process", Long.toHexString(hold.process()));
    fields.put("pid", hold.pid() == 0 ? null : hold.pid());
    fields.put("reason", hold.reason());
    fields.put("count", hold.count());
    return fields;
  }
}
