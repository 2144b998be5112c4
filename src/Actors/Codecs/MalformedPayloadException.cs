namespace Sluice.Actors.Codecs;

/// <summary>
/// What arrived is not what its reader was promised. Not an <see cref="IOException"/>, which says that the peer is
/// gone: this one says that it is there and wrong.
/// </summary>
internal sealed class MalformedPayloadException : OrleansException
{
    internal MalformedPayloadException(string message)
        : base(message)
    {
    }

    internal MalformedPayloadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
