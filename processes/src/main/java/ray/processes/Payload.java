package ray.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ray.ActorInfo;
import ray.NodeInfo;
import ray.core.ActorSpec;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.Outcome;
import ray.core.control.ActorView;
import ray.core.store.StoreObject;
import ray.wire.codec.MessageBytes;
import ray.wire.codec.OpaqueCodec;
import ray.wire.codec.ProtoWriter;

/** The payloads of questions and answers, as {@code session.proto} has them. */
interface Payload {
  /** Writes the fields. */
  void write(ProtoWriter out);

  /** Writes it as a part of another. */
  default void writeAs(int field, ProtoWriter out) {
    int begun = out.begin(field);
    write(out);
    out.end(begun);
  }

  /** The payload as bytes. */
  default byte[] bytes() {
    ProtoWriter out = new ProtoWriter();
    write(out);
    return Arrays.copyOf(out.array(), out.size());
  }

  /** What a program is told that finds a node by its port. */
  record Session(Path folder, long node, long control, long pid, String machine)
      implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.string(1, folder.toString());
      out.fixed64(2, node);
      out.fixed64(3, control);
      out.varint(4, pid);
      out.string(5, machine);
    }

    static Session read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Session(
          Path.of(fields.text(1)),
          fields.number(2),
          fields.number(3),
          fields.number(4),
          fields.text(5));
    }

    Path sockets() {
      return folder.resolve("s");
    }

    Path logs() {
      return folder.resolve("logs");
    }

    Path code() {
      return folder.resolve("code");
    }
  }

  /** A driver or a worker is there. */
  record Join(long process, long job, long pid) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.fixed64(1, process);
      out.fixed64(2, job);
      out.varint(3, pid);
    }

    static Join read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Join(fields.number(1), fields.number(2), fields.number(3));
    }
  }

  /** Answer to that. */
  record Joined(List<Long> dead, int index, String store, long storeBytes, CodeManifest code)
      implements Payload {
    @Override
    public void write(ProtoWriter out) {
      dead.forEach(process -> out.repeatedFixed64(1, process));
      out.varint(2, index);
      out.string(3, store);
      out.varint(4, storeBytes);
      code.writeAs(5, out);
    }

    static Joined read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Joined(
          fields.numbers(1),
          (int) fields.number(2),
          fields.text(3),
          fields.number(4),
          CodeManifest.read(fields.content(5)));
    }
  }

  /** A line that a task has printed. */
  record Output(String name, long pid, boolean isError, String line) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.string(1, name);
      out.varint(2, pid);
      out.bool(3, isError);
      out.string(4, line);
    }

    static Output read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Output(fields.text(1), fields.number(2), fields.number(3) != 0, fields.text(4));
    }

    boolean saysTheSameAs(Output other) {
      return name.equals(other.name) && line.equals(other.line) && isError == other.isError;
    }
  }

  /** A process can't be reached. */
  record Unreachable(long process, String reason) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.fixed64(1, process);
      out.string(2, reason);
    }

    static Unreachable read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Unreachable(fields.number(1), fields.text(2));
    }
  }

  /** Which actor has this name? */
  record FindActor(String namespace, String name) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.string(1, namespace);
      out.string(2, name);
    }

    static FindActor read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new FindActor(fields.text(1), fields.text(2));
    }
  }

  /** A class or another resource of a job's code. */
  record FindResource(String name, long job) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.string(1, name);
      out.fixed64(2, job);
    }

    static FindResource read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new FindResource(fields.text(1), fields.number(2));
    }
  }

  /** A question about a job. */
  record OfJob(long job) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.fixed64(1, job);
    }

    static OfJob read(byte[] bytes) throws IOException {
      return new OfJob(Fields.read(bytes).number(1));
    }
  }

  /** What a job's workers have to know of its program. */
  record Settings(
      String namespace,
      boolean creationSites,
      boolean quiet,
      long putTimeoutMs,
      List<SettingsSerializer> serializers)
      implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.string(1, namespace);
      out.bool(2, creationSites);
      out.bool(3, quiet);
      out.varint(4, putTimeoutMs);
      serializers.forEach(each -> each.writeAs(5, out));
    }

    static Settings read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      List<SettingsSerializer> serializers = new ArrayList<>();
      for (byte[] each : fields.contents(5)) {
        serializers.add(SettingsSerializer.read(each));
      }
      return new Settings(
          fields.text(1),
          fields.number(2) != 0,
          fields.number(3) != 0,
          fields.number(4),
          serializers);
    }
  }

  /** How values of a class travel. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record SettingsSerializer(String type, byte[] value) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.string(1, type);
      out.bytes(2, value);
    }

    static SettingsSerializer read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new SettingsSerializer(fields.text(1), fields.content(2));
    }
  }

  /** An actor in a list. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record ListedActor(
      byte[] registration,
      ActorInfo.State state,
      int restarts,
      long node,
      String cause,
      long worker)
      implements Payload {
    static ListedActor of(ActorView view) {
      Outcome.Failed cause = view.cause();
      return new ListedActor(
          MessageBytes.write(
              new Message.RegisterActor(view.spec(), null, 0), OpaqueCodec.PASSING_ON),
          view.state(),
          view.restarts(),
          view.node(),
          cause == null ? "" : cause.message(),
          view.worker());
    }

    @Override
    public void write(ProtoWriter out) {
      out.bytes(1, registration);
      out.varint(2, state.ordinal());
      out.varint(3, restarts);
      out.fixed64(4, node);
      out.string(5, cause);
      out.fixed64(6, worker);
    }

    static ListedActor read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new ListedActor(
          fields.content(1),
          ActorInfo.State.values()[(int) fields.number(2)],
          (int) fields.number(3),
          fields.number(4),
          fields.text(5),
          fields.number(6));
    }

    ActorInfo info() throws IOException {
      ActorSpec spec =
          ((Message.RegisterActor) MessageBytes.read(registration, OpaqueCodec.PASSING_ON)).spec();
      return new ActorInfo(
          spec.id(),
          spec.className(),
          spec.options().name(),
          spec.namespace(),
          state,
          spec.isDetached(),
          restarts,
          node == 0 ? Optional.empty() : Optional.of(Long.toHexString(node)),
          spec.options().resources(),
          spec.options().labels(),
          cause.isEmpty() ? Optional.empty() : Optional.of(cause));
    }
  }

  /** Actors. */
  record Actors(List<ListedActor> actors) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      actors.forEach(actor -> actor.writeAs(1, out));
    }

    static Actors read(byte[] bytes) throws IOException {
      List<ListedActor> actors = new ArrayList<>();
      for (byte[] each : Fields.read(bytes).contents(1)) {
        actors.add(ListedActor.read(each));
      }
      return new Actors(actors);
    }
  }

  /** The nodes in an answer, of which there is one, as busy as it says. */
  static List<NodeInfo> nodes(byte[] answer, Load load) throws IOException {
    List<NodeInfo> infos = new ArrayList<>();
    Message read = MessageBytes.read(answer, OpaqueCodec.PASSING_ON);
    for (NodeView view : ((Message.NodesChanged) read).nodes()) {
      infos.add(
          new NodeInfo(
              Long.toHexString(view.id()),
              true,
              view.total(),
              view.available(),
              view.labels(),
              load.storeBytes(),
              load.usedBytes()));
    }
    return infos;
  }

  /** How busy a node is. */
  record Load(
      long blocked, long leases, long drivers, long workers, long storeBytes, long usedBytes)
      implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.varint(1, blocked);
      out.varint(2, leases);
      out.varint(3, drivers);
      out.varint(4, workers);
      out.varint(5, storeBytes);
      out.varint(6, usedBytes);
    }

    static Load read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Load(
          fields.number(1),
          fields.number(2),
          fields.number(3),
          fields.number(4),
          fields.number(5),
          fields.number(6));
    }
  }

  /** What is asked of the store. */
  record StoreRequest(long key, long sizeBytes, long process, long timeoutMs, long chunk)
      implements Payload {
    StoreRequest(long key, long sizeBytes, long process) {
      this(key, sizeBytes, process, 0, 0);
    }

    @Override
    public void write(ProtoWriter out) {
      out.varint(1, key);
      out.varint(2, sizeBytes);
      out.fixed64(3, process);
      out.varint(4, timeoutMs);
      out.varint(5, chunk);
    }

    static StoreRequest read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new StoreRequest(
          fields.number(1), fields.number(2), fields.number(3), fields.number(4), fields.number(5));
    }
  }

  /** Where an object is; null if it is not there. */
  record Located(@Nullable StoreObject object, boolean there) implements Payload {
    static Located at(@Nullable StoreObject object) {
      return new Located(object, object != null);
    }

    @Override
    public void write(ProtoWriter out) {
      if (object != null) {
        out.varint(1, object.sizeBytes());
        out.varint(2, object.bank());
        out.varint(3, object.offset());
        out.varint(4, object.coldBytes());
      }
      out.bool(5, there);
    }

    static Located read(byte[] bytes, long key) throws IOException {
      Fields fields = Fields.read(bytes);
      boolean there = fields.number(5) != 0;
      return new Located(
          fields.number(1) != 0
              ? new StoreObject(
                  key, (int) fields.number(2), fields.number(3), fields.number(1), fields.number(4))
              : null,
          there);
    }
  }
}
