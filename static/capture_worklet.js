// Browsers load a worklet from an address of its own: the build puts what is imported in its place.
import "../web/hearing/capture_worklet.ts";
