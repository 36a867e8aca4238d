package ray.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ray.wire.codec.ProtoWriter;

/**
 * The class path of a program, as it tells its node: not what is in it, but what tells it from
 * other content.
 *
 * @param elements in the order in which classes are looked for in them
 */
record CodeOffer(List<Element> elements) implements Payload {
  /**
   * A jar or a folder.
   *
   * @param path where the program has it
   * @param identity changes when its content does
   * @param sizeBytes of its content; of a folder, of all its files
   * @param isFolder whether it is a folder, which travels as an archive
   */
  record Element(String path, String identity, long sizeBytes, boolean isFolder)
      implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.string(1, path);
      out.string(2, identity);
      out.varint(3, sizeBytes);
      out.bool(4, isFolder);
    }

    static Element read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Element(fields.text(1), fields.text(2), fields.number(3), fields.flag(4));
    }
  }

  /**
   * A question for a part of an element's content. The answer is as many bytes as there are, up to
   * {@link OfferedCode#MAX_PART_BYTES}; none at the end.
   */
  record Part(int element, long offset) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      out.varint(1, element);
      out.varint(2, offset);
    }

    static Part read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Part((int) fields.number(1), fields.number(2));
    }
  }

  @Override
  public void write(ProtoWriter out) {
    elements.forEach(element -> element.writeAs(1, out));
  }

  static CodeOffer read(byte[] bytes) throws IOException {
    List<Element> elements = new ArrayList<>();
    for (byte[] each : Fields.read(bytes).contents(1)) {
      elements.add(Element.read(each));
    }
    return new CodeOffer(elements);
  }
}
