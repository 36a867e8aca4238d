package ray.processes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ray.NotSerializableException;
import ray.RayOptions;
import ray.ValueSerializer;
import ray.runtime.RuntimeBackend;
import ray.runtime.serialization.HandleTable;
import ray.runtime.serialization.Serialized;
import ray.runtime.serialization.UnserializableValueException;
import ray.runtime.serialization.ValueSerializers;

/** What of a program's options concerns its workers too, and how it gets there. */
final class JobSettings {
  private JobSettings() {}

  /**
   * What workers are told.
   *
   * @throws NotSerializableException if a serializer that the program gave can't travel
   */
  static Payload.Settings of(RayOptions options, ClassLoader code) {
    List<Payload.SettingsSerializer> serializers = new ArrayList<>();
    if (!options.serializers().isEmpty()) {
      ValueSerializers plain = RuntimeBackend.serializers(code, RayOptions.defaults());
      options
          .serializers()
          .forEach((type, serializer) ->
              serializers.add(
                  new Payload.SettingsSerializer(type.getName(), bytes(plain, type, serializer))));
    }
    return new Payload.Settings(
        options.namespace(),
        options.creationSites(),
        options.quietFailures(),
        options.putTimeout().toMillis(),
        serializers);
  }

  private static byte[] bytes(
      ValueSerializers plain, Class<?> type, ValueSerializer<?> serializer) {
    try {
      Serialized value = plain.serialize(serializer, new HandleTable());
      byte[] bytes = new byte[Math.toIntExact(value.sizeInStore())];
      value.writeTo(MemorySegment.ofArray(bytes));
      return bytes;
    } catch (UnserializableValueException e) {
      throw new NotSerializableException(
          "the serializer of " + type.getName() + " can't travel to workers: " + e.getMessage(), e);
    }
  }

  /** The options of a worker; its serializers are registered. */
  static RayOptions read(Payload.Settings settings, ValueSerializers serializers)
      throws IOException {
    RayOptions options =
        RayOptions.defaults()
            .namespace(settings.namespace())
            .putTimeout(Duration.ofMillis(settings.putTimeoutMs()));
    if (settings.creationSites()) {
      options = options.recordCreationSites();
    }
    if (settings.quiet()) {
      options = options.quiet();
    }
    ValueSerializers plain =
        RuntimeBackend.serializers(serializers.classLoader(), RayOptions.defaults());
    Map<Class<?>, ValueSerializer<?>> given = new HashMap<>();
    for (Payload.SettingsSerializer each : settings.serializers()) {
      try {
        Class<?> type = Class.forName(each.type(), false, serializers.classLoader());
        Serialized value = Serialized.readFrom(MemorySegment.ofArray(each.value()));
        given.put(
            type,
            (ValueSerializer<?>)
                Objects.requireNonNull(plain.deserialize(value, new HandleTable())));
      } catch (ClassNotFoundException e) {
        throw new IOException(e);
      }
    }
    RuntimeBackend.register(serializers, given);
    return options;
  }
}
