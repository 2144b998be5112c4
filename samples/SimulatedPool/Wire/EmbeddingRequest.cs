namespace Sluice.SimulatedPool.Wire;

/// <summary>Body of <c>/v1/embeddings</c>.</summary>
internal sealed class EmbeddingRequest
{
    public string? Model { get; set; }

    /// <summary>Texts or lists of token numbers; 1 to 2,048 of them.</summary>
    public PromptList? Input { get; set; }

    /// <summary><c>float</c>, which is meant when absent, or <c>base64</c>: little-endian 32-bit floats.</summary>
    public string? EncodingFormat { get; set; }

    /// <summary>Length of each vector, 1 to 4,096; absent: 1,024.</summary>
    public int? Dimensions { get; set; }
}
