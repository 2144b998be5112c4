namespace Sluice.Rules.Estimates;

/// <summary>What is taken for the most tokens that a text can become.</summary>
public enum TextBound
{
    /// <summary>
    /// By kinds of characters: above what tokenizers make of prose, code and encoded data; a text made to be badly cut
    /// can pass it.
    /// </summary>
    Upper = 0,

    /// <summary>One token a byte: no text passes it, and prose in English stays at a quarter of it.</summary>
    Bytes = 1,
}
