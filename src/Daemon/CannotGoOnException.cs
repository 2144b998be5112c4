namespace Sluice.Daemon;

/// <summary>
/// The process had started and must end. The message is one sentence for the operator, and holds nothing secret.
/// </summary>
public sealed class CannotGoOnException(string message) : Exception(message);
