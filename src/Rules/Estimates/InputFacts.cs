namespace Sluice.Rules.Estimates;

/// <summary>
/// What a body holds that a model will read, gathered in one pass; what it costs depends on the model, which may be
/// named behind it. Bounded whatever the body says: a few counters, and the sizes of a bounded number of images.
/// </summary>
public sealed class InputFacts
{
    /// <summary>Images whose size is kept; the others count as of unknown size.</summary>
    public const int SizesMax = 1_024;

    private List<(ImageSize Size, ImageDetail Detail)>? _sizes;
    private TextTally _text;

    /// <summary>The text; a mutable value, so that counting it copies nothing.</summary>
    public ref TextTally Text => ref _text;

    /// <summary>Messages of a chat, or items of a Responses request: each costs its frame.</summary>
    public long Messages { get; set; }

    /// <summary>True when tools or functions are defined, which templates introduce at length.</summary>
    public bool HasTools { get; set; }

    /// <summary>Tokens that the body gives as numbers.</summary>
    public long TokenNumbers { get; set; }

    /// <summary>Prompts that are answered one by one; 0 when the body is no list of them.</summary>
    public long Prompts { get; set; }

    /// <summary>Images whose size is not known: remote ones, and what no header tells.</summary>
    public long ImagesOfUnknownSize { get; private set; }

    /// <summary>Pages of documents whose pages could be counted.</summary>
    public long Pages { get; private set; }

    /// <summary>Documents whose pages nobody knows.</summary>
    public long DocumentsOfUnknownLength { get; private set; }

    /// <summary>Sounds, films, and what else has no size that could be read.</summary>
    public long OtherMedia { get; set; }

    /// <summary>True when the pool is to continue what it keeps, of a length that nobody here knows.</summary>
    public bool ContinuesConversation { get; set; }

    /// <summary>Images whose size is known.</summary>
    public IReadOnlyList<(ImageSize Size, ImageDetail Detail)> Images => _sizes ?? [];

    /// <summary>Counts an image; null when its size is not known.</summary>
    public void AddImage(ImageSize? size, ImageDetail detail)
    {
        if (size is null || _sizes?.Count == SizesMax)
        {
            ImagesOfUnknownSize++;
            return;
        }

        (_sizes ??= []).Add((size.Value, detail));
    }

    /// <summary>Counts a document; null when its pages are not known.</summary>
    public void AddDocument(long? pages)
    {
        Pages += pages ?? 0;
        DocumentsOfUnknownLength += pages is null ? 1 : 0;
    }
}
