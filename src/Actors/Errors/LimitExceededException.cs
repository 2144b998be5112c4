namespace Sluice.Actors;

/// <summary>A bound of the engine was reached, such as the queue of one activation. The call has not run.</summary>
public class LimitExceededException : OrleansException
{
    public LimitExceededException()
        : base("A limit was exceeded.")
    {
    }

    public LimitExceededException(string message)
        : base(message)
    {
    }

    public LimitExceededException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public LimitExceededException(string limitName, int current, int threshold, object? extraInfo)
        : base($"The limit of {limitName} is reached: {current} of {threshold}. {extraInfo}".TrimEnd())
    {
    }
}
