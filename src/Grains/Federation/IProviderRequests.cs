namespace Sluice.Grains.Federation;

/// <summary>
/// Asks identity providers for something other than keys. The silo implements it, with limits on where it goes and on
/// all that comes back.
/// </summary>
public interface IProviderRequests
{
    /// <summary>Sends a question and reads the answer, whatever its status.</summary>
    /// <exception cref="ProviderAwayException">There was no answer that could be read, and why.</exception>
    Task<ProviderAnswer> SendAsync(ProviderQuestion question, CancellationToken cancellationToken);
}

/// <summary>What a provider is asked.</summary>
/// <param name="Address">Where. It may hold secrets: it is never logged.</param>
public sealed record ProviderQuestion(string Address)
{
    /// <summary>What is posted; null: nothing is, and it is a GET.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Form { get; init; }

    /// <summary>Our name there and our secret, for a header; null: there is none.</summary>
    public (string Id, string Secret)? Basic { get; init; }

    /// <summary>Neither address nor form: one that is logged by mistake tells nothing.</summary>
    public override string ToString() => nameof(ProviderQuestion);
}

/// <summary>What a provider answers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body; bounded.</param>
public sealed record ProviderAnswer(int Status, byte[] Body)
{
    /// <summary>Not the body: it may hold tokens.</summary>
    public override string ToString() => $"{nameof(ProviderAnswer)} {Status}";
}

/// <summary>A provider did not answer. The message holds nothing that was sent, and nothing that it said.</summary>
public sealed class ProviderAwayException(string message, Exception? inner = null) : Exception(message, inner);
