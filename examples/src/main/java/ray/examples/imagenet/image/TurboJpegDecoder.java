package ray.examples.imagenet.image;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Decodes with libjpeg-turbo as the system has it: the library {@code libturbojpeg.so.0} of
 * versions 2 and 3, called through the foreign function API. The fastest of the decoders, and the
 * one that Pillow's wheels are built on.
 */
final class TurboJpegDecoder implements JpegDecoder {
  private static final String LIBRARY = "libturbojpeg.so.0";

  // From turbojpeg.h.
  private static final int TJPF_BGRX = 3;
  private static final int TJPF_CMYK = 11;
  private static final int TJERR_WARNING = 0;
  private static final int NO_FLAGS = 0;
  private static final int TIGHT_PITCH = 0;
  private static final int TJCS_YCBCR = 1;

  // How many samples of luma one of color stands for, by the numbers of TJSAMP.
  private static final int[] ACROSS = {1, 2, 2, 0, 1, 4, 1};
  private static final int[] DOWN = {1, 1, 2, 0, 2, 1, 4};

  private final Functions functions;
  private final MemorySegment handle;
  private final NativeInput input = new NativeInput();
  private int[] row = {};

  /** Width, height, subsampling, and colorspace as a header says them. */
  private final MemorySegment said = Arena.ofAuto().allocate(JAVA_INT, 4);

  private TurboJpegDecoder(Functions functions) {
    this.functions = functions;
    this.handle = functions.newHandle();
  }

  /**
   * A factory of decoders.
   *
   * @throws IllegalArgumentException if the system has no such library
   */
  static JpegDecoders.Factory factory() {
    Functions functions = new Functions(NativeLibrary.ofSystem(LIBRARY));
    return new JpegDecoders.Factory(
        "libjpeg-turbo (" + LIBRARY + ")", () -> new TurboJpegDecoder(functions));
  }

  @Override
  public void decode(byte[] data, int offset, int length, JpegHeader header, PixelBuffer into)
      throws UnreadableImageException {
    int width = header.width();
    int height = header.height();
    boolean cmyk = header.components() == 4;
    MemorySegment jpeg = input.copy(data, offset, length);
    MemorySegment pixels = into.prepare(width, height, header.components() == 1);
    int format = cmyk ? TJPF_CMYK : TJPF_BGRX;
    boolean failed = functions.decompress(handle, jpeg, length, pixels, width, height, format) != 0;
    if (failed && functions.errorCode(handle) != TJERR_WARNING) {
      throw UnreadableImageException.corrupt(functions.errorText(handle));
    }
    if (cmyk) {
      toRgb(into);
    }
  }

  @Override
  public boolean decodePlanes(
      byte[] data, int offset, int length, JpegHeader header, YccPlanes into)
      throws UnreadableImageException {
    if (header.components() != YccPlanes.COUNT) {
      return false;
    }
    MemorySegment jpeg = input.copy(data, offset, length);
    if (functions.readHeader(handle, jpeg, length, said) != 0
        || said.getAtIndex(JAVA_INT, 0) != header.width()
        || said.getAtIndex(JAVA_INT, 1) != header.height()
        || said.getAtIndex(JAVA_INT, 3) != TJCS_YCBCR) {
      return false; // it is no such JPEG, or the other way says what is wrong with it
    }
    int subsampling = said.getAtIndex(JAVA_INT, 2);
    if (subsampling < 0 || subsampling >= ACROSS.length || ACROSS[subsampling] == 0) {
      return false;
    }
    MemorySegment planes =
        into.prepare(header.width(), header.height(), ACROSS[subsampling], DOWN[subsampling]);
    boolean failed =
        functions.decompressToPlanes(handle, jpeg, length, planes, header.width(), header.height())
            != 0;
    if (failed && functions.errorCode(handle) != TJERR_WARNING) {
      throw UnreadableImageException.corrupt(functions.errorText(handle));
    }
    return true;
  }

  /** Bytes in the order cyan, magenta, yellow, black become pixels, in place. */
  private void toRgb(PixelBuffer pixels) {
    if (row.length < pixels.width()) {
      row = new int[pixels.width()];
    }
    for (int y = 0; y < pixels.height(); y++) {
      pixels.readRows(y, 1, row);
      for (int x = 0; x < pixels.width(); x++) {
        int inks = row[x];
        row[x] =
            Cmyk.toRgb(
                inks & 0xFF, (inks >>> 8) & 0xFF, (inks >>> 16) & 0xFF, (inks >>> 24) & 0xFF);
      }
      pixels.writeRow(y, row);
    }
  }

  /** The few functions that are used, with Java's types. */
  private static final class Functions {
    private final MethodHandle init;
    private final MethodHandle destroy;
    private final MethodHandle decompress;
    private final MethodHandle readHeader;
    private final MethodHandle decompressToPlanes;
    private final MethodHandle errorCode;
    private final MethodHandle errorText;

    Functions(NativeLibrary library) {
      init = library.find("tjInitDecompress", ADDRESS);
      destroy = library.find("tjDestroy", JAVA_INT, ADDRESS);
      decompress =
          library.find(
              "tjDecompress2",
              JAVA_INT,
              ADDRESS,
              ADDRESS,
              JAVA_LONG,
              ADDRESS,
              JAVA_INT,
              JAVA_INT,
              JAVA_INT,
              JAVA_INT,
              JAVA_INT);
      readHeader =
          library.find(
              "tjDecompressHeader3",
              JAVA_INT,
              ADDRESS,
              ADDRESS,
              JAVA_LONG,
              ADDRESS,
              ADDRESS,
              ADDRESS,
              ADDRESS);
      decompressToPlanes =
          library.find(
              "tjDecompressToYUVPlanes",
              JAVA_INT,
              ADDRESS,
              ADDRESS,
              JAVA_LONG,
              ADDRESS,
              JAVA_INT,
              ADDRESS,
              JAVA_INT,
              JAVA_INT);
      errorCode = library.find("tjGetErrorCode", JAVA_INT, ADDRESS);
      errorText = library.find("tjGetErrorStr2", ADDRESS, ADDRESS);
    }

    /** The handle is destroyed when the collector finds its segment unreachable. */
    MemorySegment newHandle() {
      try {
        MemorySegment handle = (MemorySegment) init.invokeExact();
        if (handle.equals(MemorySegment.NULL)) {
          throw new OutOfMemoryError("libjpeg-turbo could not allocate a decoder");
        }
        return NativeLibrary.owned(handle, this::destroy);
      } catch (Error error) {
        throw error;
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    private void destroy(MemorySegment handle) {
      try {
        int _ = (int) destroy.invokeExact(handle);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    int decompress(
        MemorySegment handle,
        MemorySegment jpeg,
        long length,
        MemorySegment pixels,
        int width,
        int height,
        int format) {
      try {
        return (int)
            decompress.invokeExact(
                handle, jpeg, length, pixels, width, TIGHT_PITCH, height, format, NO_FLAGS);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    /** What is said goes into four numbers. */
    int readHeader(MemorySegment handle, MemorySegment jpeg, long length, MemorySegment said) {
      try {
        return (int)
            readHeader.invokeExact(
                handle, jpeg, length, said, said.asSlice(4), said.asSlice(8), said.asSlice(12));
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    int decompressToPlanes(
        MemorySegment handle,
        MemorySegment jpeg,
        long length,
        MemorySegment planes,
        int width,
        int height) {
      try {
        return (int)
            decompressToPlanes.invokeExact(
                handle, jpeg, length, planes, width, MemorySegment.NULL, height, NO_FLAGS);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    int errorCode(MemorySegment handle) {
      try {
        return (int) errorCode.invokeExact(handle);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }

    String errorText(MemorySegment handle) {
      try {
        MemorySegment text = (MemorySegment) errorText.invokeExact(handle);
        return NativeLibrary.text(text);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }
}
