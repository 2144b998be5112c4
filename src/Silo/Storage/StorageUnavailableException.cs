namespace Sluice.Silo.Storage;

/// <summary>
/// The database cannot be used as configured. The message is one sentence for whoever operates the silo: what is wrong
/// and what to do. It never holds a password.
/// </summary>
public sealed class StorageUnavailableException : Exception
{
    public StorageUnavailableException()
        : this("The database cannot be used.")
    {
    }

    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    public StorageUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
