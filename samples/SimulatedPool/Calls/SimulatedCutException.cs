namespace Sluice.SimulatedPool.Calls;

/// <summary>
/// Breaks a connection in the middle of an answer, because a test asked for it. An exception after the first byte is
/// the one way in which Kestrel sends what was written and then closes without an end mark; aborting the connection
/// may lose what was written.
/// </summary>
internal sealed class SimulatedCutException() : Exception("The connection was cut on request.");
