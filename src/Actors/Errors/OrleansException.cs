namespace Sluice.Actors;

/// <summary>Base of what the engine throws on its own account.</summary>
public class OrleansException : Exception
{
    public OrleansException()
        : base("The actor host failed.")
    {
    }

    public OrleansException(string message)
        : base(message)
    {
    }

    public OrleansException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
