package ray.examples.imagenet.image;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A native library and its functions. The one class that uses what the JVM restricts: whoever comes
 * here has made sure that native access is enabled.
 */
@SuppressWarnings("restricted")
record NativeLibrary(Linker linker, SymbolLookup symbols) {
  /**
   * One of the system's libraries, for the life of the JVM.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static NativeLibrary ofSystem(String name) {
    return of(SymbolLookup.libraryLookup(name, Arena.global()));
  }

  /**
   * A library in a file, for the life of the JVM; the file is not needed any more.
   *
   * @throws IllegalArgumentException if the system refuses to load it
   */
  static NativeLibrary ofFile(Path file) {
    return of(SymbolLookup.libraryLookup(file, Arena.global()));
  }

  private static NativeLibrary of(SymbolLookup symbols) {
    return new NativeLibrary(Linker.nativeLinker(), symbols);
  }

  MethodHandle find(String name, MemoryLayout result, MemoryLayout... parameters) {
    return linker.downcallHandle(
        symbols.findOrThrow(name), FunctionDescriptor.of(result, parameters));
  }

  MethodHandle findVoid(String name, MemoryLayout... parameters) {
    return linker.downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.ofVoid(parameters));
  }

  /**
   * A pointer that lives until the collector finds it unreachable, then is given to {@code free}.
   */
  static MemorySegment owned(MemorySegment pointer, Consumer<MemorySegment> free) {
    return pointer.reinterpret(1, Arena.ofAuto(), free);
  }

  /** The memory behind a pointer, which is as large as the caller says. */
  static MemorySegment memory(MemorySegment pointer, long sizeBytes) {
    return pointer.reinterpret(sizeBytes);
  }

  /** The C string behind a pointer. */
  static String text(MemorySegment pointer) {
    return pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** What a method handle of a C function can throw is a mistake of ours, never a condition. */
  static AssertionError unexpected(Throwable thrown) {
    return new AssertionError("calling a native function failed", thrown);
  }
}
