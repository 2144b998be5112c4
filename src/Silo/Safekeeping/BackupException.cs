namespace Sluice.Silo.Safekeeping;

/// <summary>
/// A backup cannot be made or used. The message is one sentence for the operator, and holds nothing secret.
/// </summary>
internal sealed class BackupException(string message, Exception? innerException = null)
    : Exception(message, innerException);
