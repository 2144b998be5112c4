namespace Sluice.Daemon;

/// <summary>The process cannot start. The message is one sentence for the operator, and holds nothing secret.</summary>
public sealed class CannotStartException(string message, Exception? innerException = null)
    : Exception(message, innerException);
